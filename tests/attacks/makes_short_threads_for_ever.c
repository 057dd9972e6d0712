/* Tries: to go on for ever by threads that end before anybody counts them.
   Held: the report says that it makes processes without end. */
#include "attack.h"
#include <pthread.h>

static void *end(void *nothing) {
    return nothing;
}

int main(void) {
    for (pthread_t thread;;)
        if (pthread_create(&thread, NULL, end, NULL) == 0)
            pthread_join(thread, NULL);
}
