/* Tries: to list a folder: a home, the folder of another run, /tmp.
   Held: EACCES. */
#include "attack.h"
#include <fcntl.h>
#include <dirent.h>

int main(int argc, char **argv) {
    return must_fail(open(victim(argc, argv, 1), O_RDONLY | O_DIRECTORY), "a folder can be listed");
}
