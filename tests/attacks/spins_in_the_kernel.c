/* Tries: to use the processor in few, long calls: 64 MiB of random bytes each.
   Held: the report says so after some 5 seconds of processor time. */
#include "attack.h"
#include <sys/mman.h>
#include <sys/random.h>

int main(void) {
    char *room = mmap(NULL, 64 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (;;)
        for (ssize_t part = 0, got = 0; part < 64 << 20 && got >= 0; part += got)
            got = getrandom(room + part, (size_t)((64 << 20) - part), 0);
}
