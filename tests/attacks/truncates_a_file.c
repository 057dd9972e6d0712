/* Tries: to empty a file outside its folder.
   Held: EACCES; its content is as it was. */
#include "attack.h"

int main(int argc, char **argv) {
    return must_fail(truncate(victim(argc, argv, 1), 0), "truncate");
}
