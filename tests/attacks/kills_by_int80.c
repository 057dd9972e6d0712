/* Tries: to kill a process by the i386 call 37, through `int $0x80`.
   Held: SIGSYS ends the program; the victim lives. */
#include "i386.h"

int main(int argc, char **argv) {
    return must_fail(i386(37, victim_number(argc, argv, 1), 9, 0), "kill by int $0x80");
}
