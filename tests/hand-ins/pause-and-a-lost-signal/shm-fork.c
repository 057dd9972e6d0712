/* shm-fork: two processes talk through a segment. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

static void wake_up(int number)
{
    (void) number;
}

int main(void)
{
    int shmid, *pids;
    char *memory;
    pid_t child_1, child_2;

    signal(SIGUSR1, wake_up);
    shmid = shmget(1001, 512, IPC_CREAT | 0666);
    if (shmid < 0) {
        perror("shmget");
        exit(1);
    }
    memory = shmat(shmid, NULL, 0);
    if (memory == (char *) -1) {
        perror("shmat");
        shmctl(shmid, IPC_RMID, NULL);
        exit(1);
    }
    pids = (int *) (memory + 256);
    child_2 = fork();
    if (child_2 < 0) {
        perror("fork");
        shmctl(shmid, IPC_RMID, NULL);
        exit(1);
    }
    if (child_2 == 0) {
        pause();
        printf("Process 2 : Received : %s\n", memory);
        sprintf(memory, "Yes, This is shared memory ID : %d", shmid);
        printf("Process 2 : Responced to process 1 in shared memory\n");
        kill(*pids, SIGUSR1);
        shmdt(memory);
        exit(0);
    }
    child_1 = fork();
    if (child_1 < 0) {
        perror("fork");
        kill(child_2, SIGKILL);
        shmctl(shmid, IPC_RMID, NULL);
        exit(1);
    }
    if (child_1 == 0) {
        *pids = getpid();
        sprintf(memory, "Is this the shared memory ID : %d", shmid);
        printf("Process 1 : Written data to shared memory\n");
        kill(child_2, SIGUSR1);
        pause();
        printf("Process 1 : Responce -> %s\n", memory);
        shmdt(memory);
        exit(0);
    }
    wait(NULL);
    wait(NULL);
    shmdt(memory);
    shmctl(shmid, IPC_RMID, NULL);
    return 0;
}
