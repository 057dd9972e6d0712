/* Tries: to give a file outside a second name in its folder.
   Held: EACCES, EPERM or EXDEV; the file has one name. */
#include "attack.h"

int main(int argc, char **argv) {
    return must_fail(link(victim(argc, argv, 1), "mine"), "link");
}
