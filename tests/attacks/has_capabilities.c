/* Tries: to find itself root, or with a capability that it has or could get.
   Held: neither. */
#include "attack.h"

int main(void) {
    char line[256];
    FILE *status = fopen("/proc/self/status", "r");
    if (geteuid() == 0 || getuid() == 0)
        return got_out("it is root");
    while (status && fgets(line, sizeof line, status)) {
        const char *set = strchr(line, ':');
        if (strncmp(line, "Cap", 3) == 0 && strncmp(line, "CapBnd", 6) != 0 && strtoul(set + 1, NULL, 16))
            return got_out(line);
    }
    return held(status ? "no capability" : "no status to read");
}
