/* Tries: to never end, by sleeps of a nanosecond each.
   Held: the report says that it makes calls, or lasts, without end. */
#include "attack.h"
#include <time.h>

int main(void) {
    for (struct timespec slice = {0, 1};;)
        nanosleep(&slice, NULL);
}
