/*
 * shm-fork, repaired: what our shm-fork does, in C. It marks the segment for
 * removal as soon as it is attached, passes the turn over a pair of sockets
 * in place of sleeping, and looks at every result.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <signal.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/wait.h>

static void fail(const char *call)
{
    perror(call);
    exit(1);
}

static void pass_turn(int end)
{
    if (send(end, "", 1, MSG_NOSIGNAL) < 0)
        fail("send");
}

/* When the other process is dead, its parent tells of it. */
static void wait_for_turn(int end)
{
    char turn;
    ssize_t length = read(end, &turn, 1);

    if (length < 0)
        fail("read");
    if (length == 0)
        exit(1);
}

static void flush(void)
{
    if (fflush(stdout) != 0)
        fail("write");
}

static void detach(char *memory)
{
    if (shmdt(memory) < 0)
        fail("shmdt");
}

static void process_1(int shmid, char *memory, int end)
{
    sprintf(memory, "Is this the shared memory ID : %d", shmid);
    printf("Process 1 : Written data to shared memory\n");
    pass_turn(end);
    wait_for_turn(end);
    printf("Process 1 : Responce -> %s\n", memory);
    detach(memory);
    flush();
    exit(0);
}

static void process_2(int shmid, char *memory, int end)
{
    wait_for_turn(end);
    printf("Process 2 : Received : %s\n", memory);
    sprintf(memory, "Yes, This is shared memory ID : %d", shmid);
    printf("Process 2 : Responced to process 1 in shared memory\n");
    flush();
    pass_turn(end);
    detach(memory);
    exit(0);
}

/* Gives the segment's memory, if no other run has attached it before; then only this one can. */
static char *attach_alone(int shmid)
{
    struct shmid_ds stat;
    char *memory = shmat(shmid, NULL, 0);

    if (memory == (char *) -1) {
        perror("shmat");
        shmctl(shmid, IPC_RMID, NULL);
        exit(1);
    }
    if (shmctl(shmid, IPC_STAT, &stat) < 0 || shmctl(shmid, IPC_RMID, NULL) < 0)
        fail("shmctl");
    if (stat.shm_nattch == 1)
        return memory;
    detach(memory);
    return NULL;
}

/* The exit status of a child; a death by a signal is told. */
static int wait_for(pid_t child, const char *name)
{
    int status;

    if (waitpid(child, &status, 0) < 0)
        fail("wait");
    if (WIFSIGNALED(status))
        psignal(WTERMSIG(status), name);
    return status;
}

int main(void)
{
    int shmid, ends[2], status;
    char *memory;
    pid_t child_1, child_2;

    do {
        shmid = shmget(1001, 512, IPC_CREAT | 0666);
        if (shmid < 0)
            fail("shmget");
        memory = attach_alone(shmid);
    } while (memory == NULL);
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
        fail("socketpair");

    child_1 = fork();
    if (child_1 < 0)
        fail("fork");
    if (child_1 == 0) {
        close(ends[1]);
        process_1(shmid, memory, ends[0]);
    }
    close(ends[0]);
    child_2 = fork();
    if (child_2 == 0)
        process_2(shmid, memory, ends[1]);
    if (child_2 < 0)
        perror("fork");
    close(ends[1]);

    status = wait_for(child_1, "process 1");
    if (child_2 < 0 || wait_for(child_2, "process 2") != 0)
        status = 1;
    detach(memory);
    return status != 0;
}
