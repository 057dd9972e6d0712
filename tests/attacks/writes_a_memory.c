/* Tries: to write into the victim's memory at an address.
   Held: EPERM or ENOSYS; the bytes there are as they were. */
#include "attack.h"
#include <sys/uio.h>

int main(int argc, char **argv) {
    struct iovec here = {"EVIL", 4}, there = {(void *)strtoul(victim(argc, argv, 2), NULL, 0), 4};
    return must_fail(process_vm_writev(victim_number(argc, argv, 1), &here, 1, &there, 1, 0), "written");
}
