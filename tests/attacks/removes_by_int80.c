/* Tries: to remove a segment of the machine's table by the i386 call 396, through `int $0x80`.
   Held: SIGSYS ends the program; the segment is there. */
#include "i386.h"

int main(int argc, char **argv) {
    return must_fail(i386(396, victim_number(argc, argv, 1), 0, 0), "shmctl by int $0x80");
}
