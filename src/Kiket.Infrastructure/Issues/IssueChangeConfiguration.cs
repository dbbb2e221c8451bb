using Kiket.Domain.Issues;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Issues;

internal sealed class IssueChangeConfiguration : IEntityTypeConfiguration<IssueChange>
{
    public void Configure(EntityTypeBuilder<IssueChange> builder)
    {
        builder.HasKey(c => c.Id);
        builder.HasIndex(c => new
        {
            c.OrganizationId,
            c.IssueId,
            c.Id,
        });
        builder.HasOne<User>().WithMany().HasForeignKey(c => c.ActorId);
    }
}
