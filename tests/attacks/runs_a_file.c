/* Tries: to run a program that is not the machine's: ours, or one of tests/repaired.
   Held: EACCES. */
#include "attack.h"

int main(int argc, char **argv) {
    return must_fail(execl(victim(argc, argv, 1), victim(argc, argv, 1), NULL), "it is run");
}
