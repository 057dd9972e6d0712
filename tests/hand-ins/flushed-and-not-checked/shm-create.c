#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid;

    shmid = shmget(9990, 1024, IPC_CREAT | 0666);
    if (shmid < 0) {
        perror("shmget failed");
        exit(1);
    }
    printf("Shared memory segment created with ID : %d\n", shmid);
    fflush(stdout);
    return 0;
}
