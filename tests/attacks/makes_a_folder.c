/* Tries: to make a folder outside its own.
   Held: EACCES; there is no such folder. */
#include "attack.h"
#include <sys/stat.h>

int main(int argc, char **argv) {
    return must_fail(mkdir(victim(argc, argv, 1), 0700), "mkdir");
}
