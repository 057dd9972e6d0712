/* Tries: to print into another program's turn, by a child that keeps its streams.
   Held: what comes later belongs to this run; the next run's output is as it should be. */
#include "attack.h"

int main(void) {
    if (fork() == 0) {
        usleep(50000);
        for (int line = 0; line < 1000; line++)
            if (puts("late"), fflush(stdout) != 0)
                _exit(1);
        _exit(0);
    }
    return tried("late output");
}
