/* Tries: to fill the machine with threads.
   Held: the report says that it makes processes, or uses memory, without end; none is left a second later. */
#include "attack.h"
#include <pthread.h>

static void *more(void *nothing) {
    for (pthread_t thread; !nothing;)
        pthread_create(&thread, NULL, more, NULL);
    return nothing;
}

int main(void) {
    more(NULL);
}
