/* Tries: to be hidden as a program that nobody may read: it copies itself, takes the right to read, runs it.
   Held: the right cannot be taken, or the check sees all the same: no trouble of the check's own. */
#include "attack.h"
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/shm.h>
#include <sys/stat.h>

int main(int argc, char **argv) {
    (void)argc;
    if (strcmp(argv[0], "hidden") == 0) {
        int id = shmget(IPC_PRIVATE, 4096, 0600);
        char *text = shmat(id, NULL, 0);
        usleep(1000);
        if (text != (void *)-1)
            strcpy(text, "hidden");
        shmctl(id, IPC_RMID, NULL);
        return tried("to be hidden");
    }
    int from = open("/proc/self/exe", O_RDONLY), to = open("copy", O_CREAT | O_WRONLY, 0111);
    if (from < 0 || to < 0 || sendfile(to, from, NULL, 1 << 22) < 0)
        return must_fail(-1, "");
    close(to);
    return must_fail(execl("./copy", "hidden", NULL), "");
}
