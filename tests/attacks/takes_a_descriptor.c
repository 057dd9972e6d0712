/* Tries: to take a descriptor out of the victim (pidfd_getfd).
   Held: EPERM or ENOSYS. */
#include "attack.h"

int main(int argc, char **argv) {
    long process = syscall(SYS_pidfd_open, victim_number(argc, argv, 1), 0);
    int number = victim_number(argc, argv, 2);
    return must_fail(process < 0 ? -1 : syscall(SYS_pidfd_getfd, process, number, 0), "pidfd_getfd");
}
