/* Tries: to make the check's cleaning long: a file with as many names as calls allow, in many folders.
   Held: all are gone afterwards, within the time that a case may take. */
#include "attack.h"
#include <fcntl.h>
#include <sys/stat.h>

int main(void) {
    char name[32];
    close(open("file", O_CREAT | O_WRONLY, 0600));
    for (int folder = 0; folder < 1000; folder++) {
        snprintf(name, sizeof name, "%d", folder);
        if (mkdir(name, 0700) < 0)
            return must_fail(-1, "");
        for (int file = 0; file < 60; file++) {
            snprintf(name, sizeof name, "%d/%d", folder, file);
            if (link("file", name) < 0)
                return must_fail(-1, "");
        }
    }
    return tried("60000 names");
}
