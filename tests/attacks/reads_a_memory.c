/* Tries: to read the victim's memory at an address.
   Held: EPERM or ENOSYS. */
#include "attack.h"
#include <sys/uio.h>

int main(int argc, char **argv) {
    char bytes[8];
    struct iovec here = {bytes, 8}, there = {(void *)strtoul(victim(argc, argv, 2), NULL, 0), 8};
    return must_fail(process_vm_readv(victim_number(argc, argv, 1), &here, 1, &there, 1, 0), "read");
}
