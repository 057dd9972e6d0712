/* Tries: to wait for ever where no signal reaches it: in vfork, whose child never ends.
   Held: the report says that it hangs; nothing is left. */
#include "attack.h"

int main(void) {
    if (vfork() == 0)
        for (;;)
            pause();
    return 0;
}
