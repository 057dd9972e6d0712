/* Tries: to rename a file outside its folder into its folder.
   Held: EACCES or EXDEV; the file is there. */
#include "attack.h"

int main(int argc, char **argv) {
    return must_fail(rename(victim(argc, argv, 1), "mine"), "rename");
}
