/* shm-create: makes a shared memory segment. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid;

    signal(SIGPIPE, SIG_IGN);
    shmid = shmget(9990, 1024, IPC_CREAT | 0666);
    if (shmid < 0) {
        perror("shmget failed");
        exit(1);
    }
    if (printf("Shared memory segment created with ID : %d\n", shmid) < 0 || fflush(stdout) != 0) {
        perror("write");
        exit(1);
    }
    return 0;
}
