/* Tries: to kill a process by the x32 number of kill, which a filter of x86-64 may not know.
   Held: the call fails or ends the program; the victim lives. (Many kernels have no x32.) */
#include "attack.h"

int main(int argc, char **argv) {
    return must_fail(syscall(0x40000000 | 62, victim_number(argc, argv, 1), 9), "kill by x32");
}
