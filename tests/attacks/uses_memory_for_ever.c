/* Tries: to use memory without end.
   Held: malloc fails, or the report says that it uses too much; no more than 1 GiB is used meanwhile. */
#include "attack.h"

int main(void) {
    for (char *volatile memory; (memory = malloc(1 << 24));)
        memset(memory, 1, 1 << 24);
    return held("malloc says no");
}
