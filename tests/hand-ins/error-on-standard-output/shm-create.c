#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(9990, 1024, IPC_CREAT | 0666);

    if (shmid < 0) {
        printf("shmget failed: %s\n", strerror(errno));
        return 1;
    }
    printf("Shared memory segment created with ID : %d\n", shmid);
    return 0;
}
