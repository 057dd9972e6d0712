/* Tries: to write into the victim's memory at an address by /proc/PID/mem.
   Held: the file cannot be opened; the bytes there are as they were. */
#include "attack.h"
#include <fcntl.h>

int main(int argc, char **argv) {
    char path[64];
    off_t address = (off_t)strtoul(victim(argc, argv, 2), NULL, 0);
    snprintf(path, sizeof path, "/proc/%d/mem", victim_number(argc, argv, 1));
    int memory = open(path, O_RDWR);
    return must_fail(memory < 0 ? -1 : pwrite(memory, "EVIL", 4, address), "written by /proc/PID/mem");
}
