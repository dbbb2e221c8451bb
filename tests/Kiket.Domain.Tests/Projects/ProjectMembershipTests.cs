using Kiket.Domain.Common;
using Kiket.Domain.Projects;

namespace Kiket.Domain.Tests.Projects;

public sealed class ProjectMembershipTests
{
    private static readonly UserId Lead = new(1);
    private static readonly UserId Other = new(2);
    private static readonly DateTimeOffset Noon = new(2025, 12, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_lead_of_a_project_stays_a_member_with_the_role_lead()
    {
        var project = Start();

        Assert.Equal("member.user_id", project.AllowMembership(Lead, ProjectRole.Member).Error?.Details[0].Field);
        Assert.Equal("member.user_id", project.AllowMembership(Lead, null).Error?.Details[0].Field);
        Assert.False(project.AllowMembership(Lead, ProjectRole.Lead).IsRefused);
        Assert.False(project.AllowMembership(Other, ProjectRole.Viewer).IsRefused);
        Assert.False(project.AllowMembership(Other, null).IsRefused);
    }

    [Fact]
    public void An_archived_project_takes_no_change_of_members()
    {
        var project = Start();
        project.Archive(new(7), Noon);

        Assert.Equal(ErrorCodes.ProjectArchived, project.AllowMembership(Other, ProjectRole.Member).Error?.Code);
        Assert.Equal(ErrorCodes.ProjectArchived, project.AllowMembership(Other, null).Error?.Code);
    }

    private static Project Start() => Project.Start(new(1), "LEGAL", new() { Name = "Legal", LeadId = Lead }, Noon).Value;
}
