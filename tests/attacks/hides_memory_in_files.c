/* Tries: to fill 3 GiB of files without names (memfd_create).
   Held: ENOSYS, or the report says that it uses too much. */
#include "attack.h"
#include <sys/mman.h>

int main(void) {
    static char block[1 << 20];
    for (int file = 0; file < 96; file++) {
        int memory = memfd_create("memory", 0);
        for (int part = 0; part < 32; part++)
            if (memory < 0 || write(memory, block, sizeof block) < 0)
                return must_fail(-1, "");
    }
    return got_out("3 GiB of files in memory");
}
