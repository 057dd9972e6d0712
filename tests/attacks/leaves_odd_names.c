/* Tries: to leave files whose names hold line ends, ESC and bytes that are no text; a FIFO, a socket's name.
   Held: the folder of the run is gone afterwards; no report shows such a byte. */
#include "attack.h"
#include <fcntl.h>
#include <sys/stat.h>

int main(void) {
    const char *names[] = {"a\nfork 16 of 16", "\33[2J", "\xff\xfe", "-rf", " ", "$(touch x)", "a'\"b"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        close(open(names[i], O_CREAT | O_WRONLY, 0));
    mkfifo("fifo", 0);
    return tried("odd names");
}
