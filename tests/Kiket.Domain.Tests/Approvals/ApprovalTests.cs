using Kiket.Domain.Approvals;
using Kiket.Domain.Common;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Tests.Approvals;

public sealed class ApprovalTests
{
    private static readonly UserId Requester = new(1);
    private static readonly UserId Ada = new(2);
    private static readonly UserId Bob = new(3);

    [Fact]
    public void The_requester_alone_cannot_approve()
    {
        var approval = Request(required: 1);

        var result = approval.Decide(Requester, approved: true, null, An.Noon);

        Assert.Equal(ErrorCodes.Forbidden, result.Error?.Code);
        Assert.Equal((ApprovalStatus.Pending, 0), (approval.Status, approval.Decisions.Count));
    }

    [Fact]
    public void As_many_people_as_required_approve_and_the_requester_may_be_one_of_them()
    {
        var approval = Request(required: 2);

        approval.Decide(Requester, approved: true, null, An.Noon);
        var afterOne = approval.Status;
        approval.Decide(Ada, approved: true, "Fine.", An.Noon.AddHours(1));

        Assert.Equal((ApprovalStatus.Pending, ApprovalStatus.Approved), (afterOne, approval.Status));
        Assert.Equal(An.Noon.AddHours(1), approval.ResolvedAt);
    }

    [Fact]
    public void One_refusal_rejects_and_nobody_decides_after_it()
    {
        var approval = Request(required: 2);

        approval.Decide(Ada, approved: false, "  ", An.Noon);
        var late = approval.Decide(Bob, approved: true, null, An.Noon);

        Assert.Equal(ApprovalStatus.Rejected, approval.Status);
        Assert.Null(Assert.Single(approval.Decisions).Comment); // blank
        Assert.Equal(ErrorCodes.Conflict, late.Error?.Code);
    }

    [Fact]
    public void Nobody_decides_twice()
    {
        var approval = Request(required: 2);
        approval.Decide(Ada, approved: true, null, An.Noon);

        Assert.Equal(ErrorCodes.Conflict, approval.Decide(Ada, approved: true, null, An.Noon).Error?.Code);
        Assert.Equal(ApprovalStatus.Pending, approval.Status);
    }

    [Fact]
    public void It_escalates_once_when_its_time_is_over_and_not_before()
    {
        var approval = Request(required: 1, timeout: TimeSpan.FromHours(8));

        Assert.False(approval.Escalate(An.Noon.AddHours(8).AddTicks(-1)));
        Assert.True(approval.Escalate(An.Noon.AddHours(8)));
        Assert.False(approval.Escalate(An.Noon.AddHours(9)));
        Assert.Equal(An.Noon.AddHours(8), approval.EscalatedAt);
        Assert.False(Request(required: 1).Escalate(An.Noon.AddYears(9))); // has no timeout
    }

    [Theory]
    [InlineData(ApproverKind.Role, "Legal", true)]
    [InlineData(ApproverKind.Role, "security", false)]
    [InlineData(ApproverKind.User, "ADA@example.com", true)]
    [InlineData(ApproverKind.User, "2", true)]
    [InlineData(ApproverKind.User, "3", false)]
    [InlineData(ApproverKind.Workflow, "assignee", true)]
    [InlineData(ApproverKind.Workflow, "reporter", false)]
    public void Only_those_who_are_named_may_decide(ApproverKind kind, string identifier, bool mayDecide)
    {
        var candidate = new ApproverCandidate(Ada, "ada@example.com")
        {
            Roles = new HashSet<string>(["legal"], StringComparer.OrdinalIgnoreCase),
            Parts = new HashSet<string>(["assignee"]),
        };

        Assert.Equal(mayDecide, Request(1, null, new Approver(kind, identifier)).MayBeDecidedBy(candidate));
    }

    [Fact]
    public void Without_names_everybody_may_decide_and_after_an_escalation_who_manages_the_project()
    {
        var nothing = new HashSet<string>();
        var stranger = new ApproverCandidate(Bob, "bob@example.com") { Roles = nothing, Parts = nothing };
        var manager = stranger with { ManagesProject = true };
        var named = Request(1, TimeSpan.FromHours(1), new Approver(ApproverKind.Role, "legal"));
        var before = named.MayBeDecidedBy(manager);
        named.Escalate(An.Noon.AddHours(1));

        Assert.True(Request(1).MayBeDecidedBy(stranger));
        Assert.Equal((false, true, false), (before, named.MayBeDecidedBy(manager), named.MayBeDecidedBy(stranger)));
    }

    private static Approval Request(int required, TimeSpan? timeout = null, params Approver[] approvers) =>
        Approval
            .Request(
                An.Issue(),
                new(new("backlog"), new("in_progress"), null, null),
                new("legal", "Legal")
                {
                    Approvers = approvers,
                    Required = required,
                    Timeout = timeout,
                },
                Requester,
                An.Noon
            )
            .Value;
}
