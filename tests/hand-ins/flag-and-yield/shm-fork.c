/* shm-fork: two processes talk through a segment. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

static void wait_for_turn(volatile char *turn, char mine)
{
    while (*turn != mine)
        sched_yield();
}

int main(void)
{
    int shmid;
    char *memory;
    volatile char *turn;
    pid_t child_1, child_2;

    shmid = shmget(1001, 512, IPC_CREAT | 0666);
    if (shmid < 0) {
        perror("shmget");
        exit(1);
    }
    memory = shmat(shmid, NULL, 0);
    shmctl(shmid, IPC_RMID, NULL);
    if (memory == (char *) -1) {
        perror("shmat");
        exit(1);
    }
    turn = memory + 511;
    *turn = 1;
    child_1 = fork();
    if (child_1 < 0) {
        perror("fork");
        exit(1);
    }
    if (child_1 == 0) {
        sprintf(memory, "Is this the shared memory ID : %d", shmid);
        printf("Process 1 : Written data to shared memory\n");
        *turn = 2;
        wait_for_turn(turn, 1);
        printf("Process 1 : Responce -> %s\n", memory);
        exit(0);
    }
    child_2 = fork();
    if (child_2 < 0) {
        perror("fork");
        exit(1);
    }
    if (child_2 == 0) {
        wait_for_turn(turn, 2);
        printf("Process 2 : Received : %s\n", memory);
        sprintf(memory, "Yes, This is shared memory ID : %d", shmid);
        printf("Process 2 : Responced to process 1 in shared memory\n");
        *turn = 1;
        exit(0);
    }
    wait(NULL);
    wait(NULL);
    return 0;
}
