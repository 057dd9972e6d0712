/* Tries: to leave a folder of mode 0 that holds another of mode 0 and a file, and shuts its own.
   Held: the folder of the run is gone afterwards, and the cases that follow are run. */
#include "attack.h"
#include <fcntl.h>
#include <sys/stat.h>

int main(void) {
    if (mkdir("a", 0700) < 0 || mkdir("a/b", 0700) < 0)
        return must_fail(-1, "");
    close(open("a/b/file", O_CREAT | O_WRONLY, 0));
    int shut = chmod("a/b", 0) | chmod("a", 0) | chmod(".", 0);
    return shut < 0 ? must_fail(shut, "") : tried("folders of mode 0");
}
