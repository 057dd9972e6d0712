/* shm-fork: two processes talk through a segment. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>

/* At exit: what was printed is written, or the user is told. */
static void flush(void)
{
    if (ferror(stdout) || fflush(stdout) != 0) {
        perror("write");
        _exit(1);
    }
}

static void fail(const char *call)
{
    perror(call);
    exit(1);
}

/* Marked at once, the segment goes with the last process, however that ends. */
static char *attach(int shmid)
{
    char *memory;

    if (shmid < 0)
        fail("shmget");
    memory = shmat(shmid, NULL, 0);
    if (memory == (char *) -1) {
        perror("shmat");
        shmctl(shmid, IPC_RMID, NULL);
        exit(1);
    }
    if (shmctl(shmid, IPC_RMID, NULL) < 0)
        fail("shmctl");
    return memory;
}

/* Adds to semaphore 0 or 1, or waits until it can take. */
static void change(int semid, int number, int by)
{
    struct sembuf operation = { number, by, 0 };

    if (semop(semid, &operation, 1) < 0)
        fail("semop");
}

/* Waits for the children. If one fails, without the semaphores no other waits. */
static int wait_for(int children, int *semid)
{
    int status, result = 0;

    while (children-- > 0) {
        if (wait(&status) < 0) {
            perror("wait");
            result = 1;
        } else if (status != 0) {
            result = 1;
            if (*semid >= 0)
                semctl(*semid, 0, IPC_RMID);
            *semid = -1;
        }
    }
    return result;
}

int main(void)
{
    int shmid, semid, status;
    char *memory;
    pid_t child_1, child_2;

    atexit(flush);
    shmid = shmget(1001, 512, IPC_CREAT | 0666);
    memory = attach(shmid);
    semid = semget(IPC_PRIVATE, 2, 0600);
    if (semid < 0)
        fail("semget");

    child_1 = fork();
    if (child_1 < 0) {
        perror("fork");
        semctl(semid, 0, IPC_RMID);
        exit(1);
    }
    if (child_1 == 0) {
        sprintf(memory, "Is this the shared memory ID : %d", shmid);
        printf("Process 1 : Written data to shared memory\n");
        change(semid, 1, 1);
        change(semid, 0, -1);
        printf("Process 1 : Responce -> %s\n", memory);
        if (shmdt(memory) < 0)
            fail("shmdt");
        exit(0);
    }
    child_2 = fork();
    if (child_2 < 0) {
        perror("fork");
        semctl(semid, 0, IPC_RMID);
        wait(NULL);
        exit(1);
    }
    if (child_2 == 0) {
        change(semid, 1, -1);
        printf("Process 2 : Received : %s\n", memory);
        sprintf(memory, "Yes, This is shared memory ID : %d", shmid);
        printf("Process 2 : Responced to process 1 in shared memory\n");
        change(semid, 0, 1);
        if (shmdt(memory) < 0)
            fail("shmdt");
        exit(0);
    }
    status = wait_for(2, &semid);
    if (semid >= 0 && semctl(semid, 0, IPC_RMID) < 0) {
        perror("semctl");
        semctl(semid, 0, IPC_RMID);
        status = 1;
    }
    if (shmdt(memory) < 0)
        fail("shmdt");
    return status;
}
