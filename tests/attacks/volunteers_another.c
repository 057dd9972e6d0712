/* Tries: to make the victim the first that the kernel ends when memory is short.
   Held: the file cannot be opened; the victim's oom_score_adj is as it was. */
#include "attack.h"
#include <fcntl.h>

int main(int argc, char **argv) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/oom_score_adj", victim_number(argc, argv, 1));
    int file = open(path, O_WRONLY);
    return must_fail(file < 0 ? -1 : write(file, "1000", 4), "oom_score_adj");
}
