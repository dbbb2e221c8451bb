using Kiket.Domain.Common;

namespace Kiket.Application.Users;

/// <summary>A user as other resources refer to them.</summary>
internal sealed record UserSummary(UserId Id, string Name, string Email);
