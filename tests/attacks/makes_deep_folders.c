/* Tries: to leave folders 3000 deep, whose path is longer than a path may be.
   Held: the folder of the run is gone afterwards. */
#include "attack.h"
#include <sys/stat.h>

int main(void) {
    for (int depth = 0; depth < 3000; depth++)
        if (mkdir("folder", 0700) < 0 || chdir("folder") < 0)
            return must_fail(-1, "");
    return tried("folders 3000 deep");
}
