/* Tries: to make the check read or write past the end of memory, by "/dev/shm/x" that ends at a page's end,
   or lies in memory that cannot be written.
   Held: each fails or is made in its own folder; the check goes on. */
#include "attack.h"
#include <fcntl.h>
#include <sys/mman.h>

int main(void) {
    char *two = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(two + 4096, 4096);
    for (size_t length = 1; length < 12; length++) {
        memcpy(two + 4096 - length, "/dev/shm/x", length < 11 ? length : 11);
        open(two + 4096 - length, O_CREAT | O_RDWR, 0600);
    }
    mprotect(two, 4096, PROT_READ);
    open(two + 4096 - 11, O_CREAT | O_RDWR, 0600);
    open("/dev/shm/y", O_CREAT | O_RDWR, 0600);
    return held("all of them are answered");
}
