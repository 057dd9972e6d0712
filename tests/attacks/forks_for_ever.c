/* Tries: to fill the machine with processes.
   Held: the report says that it makes processes without end; none is left a second later. */
#include "attack.h"

int main(void) {
    for (;;)
        fork();
}
