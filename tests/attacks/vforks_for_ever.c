/* Tries: to fill the machine with processes that wait for each other (vfork).
   Held: the report says that it makes processes without end; none is left a second later. */
#include "attack.h"

int main(void) {
    for (;;)
        if (vfork() < 0)
            _exit(0);
}
