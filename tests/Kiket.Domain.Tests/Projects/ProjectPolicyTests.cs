using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;

namespace Kiket.Domain.Tests.Projects;

public sealed class ProjectPolicyTests
{
    private static readonly UserId Me = new(1);
    private static readonly UserId SomebodyElse = new(2);

    /// <summary>
    /// Rows by organization role and visibility; columns: no member, viewer, member, lead. Letters are accesses.
    /// </summary>
    private static readonly (OrganizationRole Role, ProjectVisibility Visibility, string Access)[] Table =
    [
        (OrganizationRole.Admin, ProjectVisibility.Private, "LLLL"),
        (OrganizationRole.Admin, ProjectVisibility.Team, "LLLL"),
        (OrganizationRole.Admin, ProjectVisibility.Public, "LLLL"),
        (OrganizationRole.ProjectManager, ProjectVisibility.Private, "-MML"),
        (OrganizationRole.ProjectManager, ProjectVisibility.Team, "MMML"),
        (OrganizationRole.ProjectManager, ProjectVisibility.Public, "MMML"),
        (OrganizationRole.Developer, ProjectVisibility.Private, "-RWL"),
        (OrganizationRole.Developer, ProjectVisibility.Team, "WRWL"),
        (OrganizationRole.Developer, ProjectVisibility.Public, "WRWL"),
        (OrganizationRole.FinanceManager, ProjectVisibility.Private, "-RRR"),
        (OrganizationRole.FinanceManager, ProjectVisibility.Team, "RRRR"),
        (OrganizationRole.FinanceManager, ProjectVisibility.Public, "RRRR"),
        (OrganizationRole.Viewer, ProjectVisibility.Private, "-RRR"),
        (OrganizationRole.Viewer, ProjectVisibility.Team, "RRRR"),
        (OrganizationRole.Viewer, ProjectVisibility.Public, "RRRR"),
    ];

    private static readonly ProjectRole?[] Memberships = [null, ProjectRole.Viewer, ProjectRole.Member, ProjectRole.Lead];

    public static TheoryData<Enum, Enum, Enum?, UserId?, Enum> Cases()
    {
        var cases = new TheoryData<Enum, Enum, Enum?, UserId?, Enum>();
        foreach (var (role, visibility, access) in Table)
        {
            for (var column = 0; column < Memberships.Length; column++)
            {
                cases.Add(role, visibility, Memberships[column], null, AccessOf(access[column]));
                cases.Add(role, visibility, Memberships[column], SomebodyElse, AccessOf(access[column]));
                // Who leads the project has the last column.
                cases.Add(role, visibility, Memberships[column], Me, AccessOf(access[^1]));
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Role_visibility_and_membership_decide(
        Enum role,
        Enum visibility,
        Enum? membership,
        UserId? lead,
        Enum expected
    ) =>
        Assert.Equal(
            (ProjectAccess)expected,
            ProjectPolicy.AccessOf(
                new Actor(new(1), Me, (OrganizationRole)role),
                (ProjectVisibility)visibility,
                lead,
                (ProjectRole?)membership
            )
        );

    [Fact]
    public void The_table_is_whole() =>
        Assert.Equal(
            Enum.GetValues<OrganizationRole>()
                .SelectMany(role => Enum.GetValues<ProjectVisibility>().Select(visibility => (role, visibility))),
            Table.Select(row => (row.Role, row.Visibility)).OrderBy(row => row)
        );

    private static ProjectAccess AccessOf(char letter) =>
        letter switch
        {
            'M' => ProjectAccess.Manage,
            'L' => ProjectAccess.Lead,
            'W' => ProjectAccess.Write,
            'R' => ProjectAccess.Read,
            _ => ProjectAccess.None,
        };
}
