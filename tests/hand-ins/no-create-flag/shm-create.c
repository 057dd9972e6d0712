/* shm-create: makes a shared memory segment. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    key_t key = 9990;
    int shmid;

    shmid = shmget(key, 1024, 0666);
    if (shmid < 0) {
        perror("shmget failed");
        exit(1);
    }
    printf("Shared memory segment created with ID : %d\n", shmid);
    return 0;
}
