/* Tries: to read the environment of the victim (the check's may hold passwords).
   Held: the file cannot be opened. */
#include "attack.h"
#include <fcntl.h>

int main(int argc, char **argv) {
    char path[64], bytes[256];
    snprintf(path, sizeof path, "/proc/%d/environ", victim_number(argc, argv, 1));
    int file = open(path, O_RDONLY);
    return must_fail(file < 0 ? -1 : read(file, bytes, sizeof bytes), path);
}
