/* Tries: to fill the disk by files of 64 MiB without number.
   Held: a write fails, or the report says that it writes without end; the disk has no more than some
   256 MiB less meanwhile, and nothing less afterwards. */
#include "attack.h"
#include <fcntl.h>

int main(void) {
    static char block[1 << 20], name[16];
    for (int file = 0; file < 48; file++) {
        snprintf(name, sizeof name, "file%d", file);
        int to = open(name, O_CREAT | O_WRONLY, 0600);
        for (int part = 0; part < 64; part++)
            if (write(to, block, sizeof block) < 0)
                return must_fail(-1, "");
        close(to);
    }
    return got_out("3 GiB of files");
}
