/* Tries: to make a link outside its folder.
   Held: EACCES; there is no such link. */
#include "attack.h"

int main(int argc, char **argv) {
    return must_fail(symlink("/etc/passwd", victim(argc, argv, 1)), "symlink");
}
