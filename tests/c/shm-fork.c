/* shm-fork: two processes talk through a segment. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

int main(void)
{
    key_t key = 1001;
    int shmid;
    char *memory;

    shmid = shmget(key, 512, IPC_CREAT | 0666);

    if (fork() == 0) {
        memory = (char *) shmat(shmid, NULL, 0);
        sprintf(memory, "Is this the shared memory ID : %d", shmid);
        printf("Process 1 : Written data to shared memory\n");
        sleep(2);
        printf("Process 1 : Responce -> %s\n", memory);
        shmdt(memory);
        exit(0);
    }
    if (fork() == 0) {
        memory = (char *) shmat(shmid, NULL, 0);
        printf("Process 2 : Received : %s\n", memory);
        sleep(1);
        sprintf(memory, "Yes, This is shared memory ID : %d", shmid);
        printf("Process 2 : Responced to process 1 in shared memory\n");
        shmdt(memory);
        exit(0);
    }
    wait(NULL);
    wait(NULL);
    shmctl(shmid, IPC_RMID, NULL);
    return 0;
}
