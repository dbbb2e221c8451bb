using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Threading.Tasks;

namespace Kiket.Client;

/// <summary>What a program does with the generated client. It is not part of the tests' assembly: they compile it with the client.</summary>
public static class ClientProgram
{
    /// <returns>What is stored other than it was meant.</returns>
    public static async Task<List<string>> RunAsync(HttpClient http)
    {
        var client = new KiketClient(http) { ReadResponseAsString = true }; // so that a failure shows it
        var differences = new List<string>();
        void Same(string what, object? meant, object? stored)
        {
            if (!Equals(meant, stored))
                differences.Add($"{what}: meant {meant ?? "null"}, stored {stored ?? "null"}");
        }

        var project = await client.CreateProjectAsync(new ProjectRequest { Project = new ProjectBody { Name = "Newsroom", Project_key = "NEWS" } });
        Same("visibility of a project by default", ProjectVisibility.Private, project.Visibility);
        Same("status of a project by default", ProjectStatus.Active, project.Status);
        project = await client.UpdateProjectAsync("NEWS", new ProjectRequest { Project = new ProjectBody { Description = "All of it" } });
        Same("name after a change of the description", "Newsroom", project.Name);
        Same("status after a change of the description", ProjectStatus.Active, project.Status);
        Same("visibility after a change of the description", ProjectVisibility.Private, project.Visibility);

        var milestone = await client.CreateMilestoneAsync("NEWS", new MilestoneRequest { Milestone = new MilestoneBody { Name = "Spring" } });
        Same("status of a milestone by default", MilestoneStatus.Planning, milestone.Status);
        milestone = await client.UpdateMilestoneAsync("NEWS", milestone.Id, new MilestoneRequest { Milestone = new MilestoneBody { Status = MilestoneStatus.Active } });
        Same("name of a milestone after a change of its status", "Spring", milestone.Name);

        var plain = await client.CreateIssueAsync(new IssueRequest { Project_key = "NEWS", Issue = new IssueBody { Title = "Only a title" } });
        Same("priority by default", IssuePriority.Medium, plain.Priority);
        Same("project", "NEWS", plain.Project_key);
        Same("labels by default", 0, plain.Labels.Count);
        Same("assignee by default", null, plain.Assignee_id);

        var full = await client.CreateIssueAsync(new IssueRequest
        {
            Project_key = "NEWS",
            Issue = new IssueBody
            {
                Title = "Everything",
                Description = "All of it",
                Issue_type = "bug",
                Priority = IssuePriority.Lowest,
                Labels = new List<string> { "a", "b" },
                Assigned_to = (await client.GetCurrentUserAsync()).Id,
                Milestone_id = milestone.Id,
                Story_points = 2.5m,
                Due_date = new DateTimeOffset(2026, 3, 31, 0, 0, 0, TimeSpan.Zero),
            },
        });
        Same("lowest priority", IssuePriority.Lowest, full.Priority);
        Same("issue type", "Bug", full.Issue_type);
        Same("assignee under its other name", (await client.GetCurrentUserAsync()).Id, full.Assignee_id);
        Same("milestone", milestone.Id, full.Milestone_id);
        Same("points", 2.5m, full.Story_points);

        var renamed = await client.UpdateIssueAsync(full.Key, new IssueRequest { Issue = new IssueBody { Title = "Renamed", Assigned_to = full.Assignee_id } });
        Same("title", "Renamed", renamed.Title);
        Same("priority after a change of the title", IssuePriority.Lowest, renamed.Priority);
        Same("issue type after a change of the title", "Bug", renamed.Issue_type);
        Same("status after a change of the title", full.Status, renamed.Status);

        var moved = await client.TransitionIssueAsync(plain.Key, new TransitionRequest { Transition = new TransitionBody { State = "in_progress" }, Comment = "Off we go" });
        Same("state", "in_progress", moved.Status);
        var history = await client.ListIssueHistoryAsync(plain.Key);
        Same("comment beside the wrapper", "Off we go", history.Data.Last().Comment);

        var comment = await client.CreateCommentAsync(plain.Key, new CommentRequest { Comment = new CommentBody { Body = "So it is." } });
        Same("comment", "So it is.", comment.Body);
        Same("issues in a state", 1, (await client.ListIssuesAsync(project: "NEWS", status: "in_progress")).Meta.Total);
        Same("issues of a priority", full.Id, (await client.ListIssuesAsync(priority: "lowest")).Data.Single().Id);
        Same("issues of an assignee", full.Id, (await client.ListIssuesAsync(assignee: "me")).Data.Single().Id);

        var invited = await client.InviteUserAsync(new InviteUserRequest { User = new InviteUserBody { Email = "new@example.com", Role = OrganizationRole.Developer } });
        var user = await client.UpdateUserAsync(invited.Id, new UserRequest { User = new UserBody { Capacity = 8 } });
        Same("role after a change of the capacity", OrganizationRole.Developer, user.Role);
        Same("deactivated after a change of the capacity", false, user.Deactivated);
        Same("capacity", 8m, user.Capacity);
        var member = await client.SetMemberAsync("NEWS", new MemberRequest { Member = new MemberBody { User_id = invited.Id } });
        Same("role of a member by default", ProjectRole.Member, member.Project_role);

        var before = await client.GetOrganizationSettingsAsync();
        var settings = await client.UpdateOrganizationSettingsAsync(new SettingsRequest { Settings = new SettingsBody { Member_wip_limit = 3 } });
        Same("time zone after a change of a limit", before.Time_zone, settings.Time_zone);
        Same("capacity by default after a change of a limit", before.Default_capacity, settings.Default_capacity);
        var token = await client.CreatePersonalAccessTokenAsync(new PersonalAccessTokenRequest { Personal_access_token = new PersonalAccessTokenBody { Name = "test" } });
        Same("name of a token", "test", token.Name);
        var reassigned = await client.ReassignIssuesAsync(new ReassignRequest
        {
            Reassign = new ReassignBody { Issue_ids = new List<long> { full.Id }, To_user_id = full.Assignee_id, Dry_run = true },
        });
        Same("a rehearsal changes nothing", (await client.GetIssueAsync(full.Key)).Version, renamed.Version);
        return differences;
    }
}
