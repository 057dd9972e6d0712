/* Tries: to leave a file of 1 TiB that holds nothing, which whoever copies it writes out.
   Held: EFBIG or SIGXFSZ. */
#include "attack.h"
#include <fcntl.h>

int main(void) {
    int file = open("sparse", O_CREAT | O_WRONLY, 0600);
    return must_fail(ftruncate(file, 1L << 40), "a file of 1 TiB");
}
