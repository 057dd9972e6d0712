/* Tries: to find supplementary groups left to it (root's check alone can drop them).
   Held: none beside its own. */
#include "attack.h"
#include <grp.h>

int main(void) {
    gid_t groups[256];
    int count = getgroups(256, groups);
    for (int i = 0; i < count; i++)
        if (groups[i] != getgid() || groups[i] == 0)
            return got_out("a group is left");
    return held("no group");
}
