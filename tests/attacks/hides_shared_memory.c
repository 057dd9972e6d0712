/* Tries: to use 3 GiB of shared memory that no process is seen to use: who fills it ends, who keeps it
   does not touch it.
   Held: the report says that it uses too much, or mmap fails; Shmem grows by no more than 1 GiB. */
#include "attack.h"
#include <sys/mman.h>
#include <sys/wait.h>

int main(void) {
    for (int part = 0; part < 48; part++) {
        char *memory = mmap(NULL, 64 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
            return must_fail(-1, "");
        if (fork() == 0) {
            memset(memory, 1, 64 << 20);
            _exit(0);
        }
        wait(NULL);
    }
    return got_out("3 GiB of shared memory");
}
