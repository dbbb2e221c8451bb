namespace Kiket.Domain.Users;

/// <summary>A user's role in the organization, the weakest first. Source: contract 2.3.</summary>
internal enum OrganizationRole
{
    /// <summary>Reads what is open to the organization.</summary>
    Viewer,

    /// <summary>Works on issues.</summary>
    Developer,

    /// <summary>Leads every project that is open to the organization.</summary>
    ProjectManager,

    /// <summary>Reads what is open to the organization; money matters only.</summary>
    FinanceManager,

    /// <summary>May do everything.</summary>
    Admin,
}
