/* Tries: to use memory without end, 100 MiB in each of 100 processes.
   Held: the report says that it uses too much; MemAvailable falls by no more than some 1.5 GiB. */
#include "attack.h"

int main(void) {
    for (int child = 0; child < 100; child++)
        if (fork() == 0) {
            volatile char *memory = malloc(100 << 20);
            for (int page = 0; memory && page < 100 << 20; page += 4096)
                memory[page] = 1;
            return pause();
        }
    return pause();
}
