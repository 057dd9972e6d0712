/* Tries: the same, with its streams closed, every signal ignored and a new name.
   Held: no process with the marker in its arguments is left. */
#include "attack.h"
#include <signal.h>

int main(int argc, char **argv) {
    victim(argc, argv, 1);
    tried("a daemon that wants to hear nothing");
    if (fork() != 0)
        return 0;
    for (int signal_number = 1; signal_number < 65; signal_number++)
        signal(signal_number, SIG_IGN);
    setsid();
    for (int number = 0; number < 64; number++)
        close(number);
    for (int second = 0; second < 20; second++)
        sleep(1);
    return 0;
}
