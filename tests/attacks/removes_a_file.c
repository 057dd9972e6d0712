/* Tries: to remove a file outside its folder.
   Held: EACCES; the file is there. */
#include "attack.h"

int main(int argc, char **argv) {
    return must_fail(unlink(victim(argc, argv, 1)), "unlink");
}
