/* Tries: to rename its own folder, so that the check does not find it.
   Held: EACCES; the folder of the run is gone afterwards, by any name. */
#include "attack.h"
#include <limits.h>

int main(void) {
    char own[PATH_MAX], other[PATH_MAX + 8];
    if (!getcwd(own, sizeof own))
        return must_fail(-1, "");
    snprintf(other, sizeof other, "%s-moved", own);
    return must_fail(rename(own, other), other);
}
